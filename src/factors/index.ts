export { bundledFolder, bundledFor, bundledReleases, loadBundled } from './bundled.ts';
export type { CandidateRow, FactorStore, Release, StoreProblem } from './factor-store.ts';
export type { PinnedRelease } from './pinned-roots.ts';
export {
  checkRelease,
  makeRelease,
  manifestBytes,
  proveRow,
  releaseName,
  releaseRef,
  rowHash,
  signRelease,
  verifyRow,
} from './release.ts';
export { formatReleaseFile, parseReleaseFile } from './release-file.ts';
export { MemoryFactorStore } from './stores/memory.ts';
export { SqliteFactorStore } from './stores/sqlite.ts';
export { loadUsPlaces, type UsPlace, type UsPlaces } from './us-place.ts';
