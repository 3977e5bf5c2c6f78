export type { DisplayHandle, EngineBackend, EngineListener } from './backend.ts';
export { type ConsoleChannel, ConsoleSession } from './console-session.ts';
export { CannotListen, CONTENT_SECURITY_POLICY, HttpServer, type HttpServerOptions } from './http-server.ts';
