import { createHash } from 'node:crypto';

const WORDS = {
  en: {
    title: 'Ultramotion Console',
    hint: 'This console is reached from other machines. Sign in with your access token.',
    label: 'Access token',
    button: 'Sign in',
    refused: 'This token is not accepted.',
    tooMany: 'Too many attempts. Wait a minute.',
    unreachable: 'The engine does not answer.',
  },
  fr: {
    title: 'Ultramotion Console',
    hint: 'Cette console est atteinte depuis d’autres machines. Connectez-vous avec votre jeton d’accès.',
    label: 'Jeton d’accès',
    button: 'Se connecter',
    refused: 'Ce jeton n’est pas accepté.',
    tooMany: 'Trop de tentatives. Attendez une minute.',
    unreachable: 'Le moteur ne répond pas.',
  },
} as const;

const STYLE = `
:root { color-scheme: dark; font: 16px/1.5 system-ui, sans-serif; }
body { margin: 0; min-height: 100vh; display: grid; place-items: center; background: #101418; color: #e8edf2; }
form { width: min(26rem, calc(100vw - 3rem)); display: grid; gap: 1rem; }
h1 { font-size: 1.4rem; margin: 0; }
p { margin: 0; }
label { display: grid; gap: 0.3rem; }
input, button { font: inherit; padding: 0.7rem; border-radius: 0.4rem; border: 1px solid #5b6773; }
input { background: #0b0e11; color: inherit; }
button { background: #1f6feb; border-color: #1f6feb; color: #fff; cursor: pointer; }
[role=alert] { min-height: 1.5rem; color: #ff9b8f; }
`;

/** The page keeps nothing: the token is traded for a cookie that no script can read. */
const SCRIPT = `
const form = document.querySelector('form');
const said = document.querySelector('[role=alert]');
form.addEventListener('submit', async (event) => {
  event.preventDefault();
  said.textContent = '';
  try {
    const answer = await fetch('/api/session', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ token: form.elements.token.value.trim() }),
    });
    if (answer.ok) location.reload();
    else said.textContent = answer.status === 429 ? form.dataset.tooMany : form.dataset.refused;
  } catch {
    said.textContent = form.dataset.unreachable;
  }
});
`;

const hashOf = (text: string): string => `'sha256-${createHash('sha256').update(text).digest('base64')}'`;

/** Nothing but this page's own script and style, and only back to us. */
export const LOGIN_PAGE_POLICY = [
  "default-src 'none'",
  `script-src ${hashOf(SCRIPT)}`,
  `style-src ${hashOf(STYLE)}`,
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

/** What a browser gets, in place of every page, until its operator has signed in. */
export function loginPage(acceptLanguage: string | undefined): string {
  const language = /^\s*fr\b/i.test(acceptLanguage ?? '') ? 'fr' : 'en';
  const words = WORDS[language];
  return `<!doctype html>
<html lang="${language}">
<head>
<meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>${words.title}</title>
<link rel="icon" href="data:,">
<style>${STYLE}</style>
</head>
<body>
<form data-refused="${words.refused}" data-too-many="${words.tooMany}" data-unreachable="${words.unreachable}">
<h1>${words.title}</h1>
<p>${words.hint}</p>
<label>${words.label}<input name="token" type="password" autocomplete="current-password" required autofocus></label>
<button>${words.button}</button>
<p role="alert"></p>
</form>
<script>${SCRIPT}</script>
</body>
</html>
`;
}
