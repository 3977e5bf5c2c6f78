import { z } from 'zod';
import { setting } from './setting.ts';

/** Path of a file of the machine's owner; empty: none. */
const ownersFile = (title: string, env: string) =>
  setting(z.string().max(4096).default(''), { title, live: false, env, ownerOnly: true });

/** Where HTTP is served and who is let in (design, section 6). Tokens are in files or the environment, never here. */
export const httpSettings = {
  'http.host': setting(z.string().min(1).max(255).default('127.0.0.1'), {
    title: 'Address the console, API and metrics are served on; beyond loopback it needs a token and TLS',
    live: false,
    env: 'ULTRAMOTION_HTTP_HOST',
    ownerOnly: true,
  }),
  'http.port': setting(z.number().int().min(0).max(65535).default(8050), {
    title: 'Port of the console, API and metrics',
    live: false,
    env: 'DASHBOARD_PORT',
  }),
  'http.allowedHosts': setting(z.array(z.string().min(1).max(261)).max(64).default([]), {
    title:
      'Further names browsers reach it by, NAME or NAME:PORT (DNS, reverse proxy); comma-separated in the environment',
    live: false,
    env: 'ULTRAMOTION_HTTP_ALLOWED_HOSTS',
    ownerOnly: true,
  }),
  'http.operateTokenFile': ownersFile('File with the token that may give commands', 'ULTRAMOTION_OPERATE_TOKEN_FILE'),
  'http.viewTokenFile': ownersFile('File with the token that may only look', 'ULTRAMOTION_VIEW_TOKEN_FILE'),
  'http.jwksFile': ownersFile(
    'JSON Web Key Set that signs access tokens (HS256, RS256; found by kid)',
    'ULTRAMOTION_JWKS_FILE',
  ),
  'http.jwtIssuer': setting(z.string().max(512).default(''), {
    title: 'Claim iss that JSON Web Tokens must have',
    live: false,
    env: 'ULTRAMOTION_JWT_ISSUER',
    ownerOnly: true,
  }),
  'http.jwtAudience': setting(z.string().max(512).default(''), {
    title: 'Claim aud that JSON Web Tokens must have',
    live: false,
    env: 'ULTRAMOTION_JWT_AUDIENCE',
    ownerOnly: true,
  }),
  'http.tlsCertFile': ownersFile('TLS certificate chain (PEM)', 'ULTRAMOTION_TLS_CERT_FILE'),
  'http.tlsKeyFile': ownersFile('TLS private key (PEM)', 'ULTRAMOTION_TLS_KEY_FILE'),
  'http.insecure': setting(z.boolean().default(false), {
    title: 'Serve other machines without TLS: tokens and pictures can be read on the way',
    live: false,
    env: 'ULTRAMOTION_HTTP_INSECURE',
    ownerOnly: true,
  }),
  'http.requestsPerMinute': setting(z.number().int().min(60).max(10_000_000).default(6000), {
    title: 'Requests answered for one address; more get 429',
    unit: '1/min',
    live: false,
    ownerOnly: true,
  }),
} as const;
