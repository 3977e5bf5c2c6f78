import { readFileSync } from 'node:fs';
import type { Settings } from '../../src-shared/index.ts';
import type { TokenSource } from './access/static-tokens.ts';
import { CannotListen, type HttpServerOptions } from './http-server.ts';

type Environment = Record<string, string | undefined>;

/**
 * The listener that settings and environment describe. Tokens may come in the environment itself; they are taken out of
 * it, so that no child process and no crash report gets to see them.
 *
 * @throws {CannotListen} when a file it needs cannot be read or half of a pair is missing.
 */
export function httpServerOptions(
  settings: Settings,
  environment: Environment,
): Pick<HttpServerOptions, 'host' | 'port' | 'tls' | 'access' | 'requestsPerMinute'> {
  return {
    host: settings['http.host'],
    port: settings['http.port'],
    tls: tlsOf(settings),
    access: {
      allowedHosts: settings['http.allowedHosts'],
      insecure: settings['http.insecure'],
      tokens: tokensOf(settings, environment),
      jwt: jwtOf(settings),
    },
    requestsPerMinute: settings['http.requestsPerMinute'],
  };
}

function tokensOf(settings: Settings, environment: Environment): TokenSource[] {
  const take = (name: string): string | null => {
    const value = environment[name];
    delete environment[name];
    return value === undefined || value === '' ? null : value;
  };
  return [
    {
      role: 'operate',
      file: settings['http.operateTokenFile'] || null,
      value: take('ULTRAMOTION_OPERATE_TOKEN'),
    },
    { role: 'view', file: settings['http.viewTokenFile'] || null, value: take('ULTRAMOTION_VIEW_TOKEN') },
  ];
}

function jwtOf(settings: Settings): HttpServerOptions['access']['jwt'] {
  const jwksFile = settings['http.jwksFile'];
  const issuer = settings['http.jwtIssuer'];
  const audience = settings['http.jwtAudience'];
  if (jwksFile === '') {
    return null;
  }
  if (issuer === '' || audience === '') {
    throw new CannotListen('http.jwksFile is set: http.jwtIssuer and http.jwtAudience are needed with it');
  }
  return { jwksFile, issuer, audience };
}

function tlsOf(settings: Settings): HttpServerOptions['tls'] {
  const certFile = settings['http.tlsCertFile'];
  const keyFile = settings['http.tlsKeyFile'];
  if ((certFile === '') !== (keyFile === '')) {
    throw new CannotListen('http.tlsCertFile and http.tlsKeyFile are needed together');
  }
  if (certFile === '') {
    return null;
  }
  try {
    return { cert: readFileSync(certFile), key: readFileSync(keyFile) };
  } catch (error) {
    throw new CannotListen(`TLS certificate or key: ${error instanceof Error ? error.message : String(error)}`);
  }
}
