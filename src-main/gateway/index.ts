export type { DisplayHandle, EngineBackend, EngineListener } from './backend.ts';
export { type ConsoleChannel, ConsoleSession } from './console-session.ts';
export { CONTENT_SECURITY_POLICY } from './content-security-policy.ts';
export { CannotListen, HttpServer, type HttpServerOptions } from './http-server.ts';
