export { canonicalJson, type Json } from './canonical-json.ts';
export { Checkpoint, checkpointHash, CheckpointClaim, isSignedBy, keyIdOf, signCheckpoint } from './checkpoint.ts';
export {
  type CheckpointFollower,
  type CheckpointSeries,
  createCheckpointFollower,
  readCheckpoints,
  type StoredCheckpoint,
} from './checkpoint-series.ts';
export { describeFinding, type Finding } from './finding.ts';
export { CHAIN_START, leafHash, nextLink } from './hash-chain.ts';
export { createMerkleTree, type KeptTree, type MerkleTree } from './merkle-tree.ts';
export { publicKeysOf } from './public-keys.ts';
export { parseTrailLine, trailLine } from './trail-line.ts';
export { bodyOf, type NewRecord, TrailRecord } from './trail-record.ts';
export { createTrailVerifier, type ShownRecord, type TrailVerifier, type Verified } from './trail-verifier.ts';
export { type TrailReport, verifyTrail } from './verify-trail.ts';
