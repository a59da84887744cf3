export { type CallAnswer, type CallInput, NodeApiClient, type Route, type Routes } from './client.ts';
export { type Send, sendTo } from './send.ts';
export type { ServerEvent } from './server-events.ts';
export { type FileToSend, upload } from './upload.ts';
