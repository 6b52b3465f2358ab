export type { FolderReader, Serving } from './call/call.ts';
export { Repetitions } from './call/repetitions.ts';
export { createMcpServer } from './server.ts';
