// Loaded before a program: notes the peak of its resident memory, in bytes, in the file that UEC_BENCH_PEAK names.
import { writeFileSync } from 'node:fs';

const path = process.env.UEC_BENCH_PEAK;
if (path !== undefined) {
  process.once('exit', () => writeFileSync(path, String(process.resourceUsage().maxRSS * 1_024)));
}
