import { describe } from 'vitest';
import { blobConformance, journalConformance } from '../ports/journal-conformance.ts';
import { MemoryBlobs, MemoryJournal } from './memory-ports.ts';

describe('the journal in memory', () => {
  journalConformance(() => Promise.resolve(new MemoryJournal()));
});
describe('the blobs in memory', () => {
  blobConformance(() => Promise.resolve(new MemoryBlobs()));
});
