// Starts Swagger UI on our own description. Nothing is fetched from elsewhere, and no validator is asked.
window.SwaggerUIBundle({ url: '/openapi.json', dom_id: '#docs', deepLinking: true, validatorUrl: null });
