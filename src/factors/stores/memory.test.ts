import { factorStoreConformance } from '../factor-store.conformance.ts';
import { MemoryFactorStore } from './memory.ts';

factorStoreConformance({ name: 'memory', open: async () => new MemoryFactorStore() });
