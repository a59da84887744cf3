import { workerData } from 'node:worker_threads';

// A thread beside the one that reads a PDF. Buffers are no part of the heap that can be limited: so the whole is looked at, from a
// thread that no work holds up. It loads nothing of the reader.
setInterval(() => {
  if (process.memoryUsage.rss() > (workerData as number) * 1024 * 1024) process.kill(process.pid, 'SIGUSR2');
}, 20);
