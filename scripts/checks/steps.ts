import type { CheckStep } from './check-step.ts';
import { fileLengths } from './file-lengths.ts';
import { toolStep } from './tool-step.ts';

const FOLDERS = ['packages', 'services', 'scripts', 'tests', 'bench'];

/** What `npm run check` looks at, the slow ones first. */
export const steps: readonly CheckStep[] = [
  toolStep('types', 'tsc', ['--noEmit', '--pretty', 'false', '-p', 'tsconfig.json']),
  toolStep('lint', 'oxlint', ['--type-aware', '--format=unix']),
  toolStep('dead code', 'knip', ['--no-progress', '--treat-config-hints-as-errors']),
  toolStep('boundaries', 'depcruise', ['--config', '.dependency-cruiser.mjs', ...FOLDERS]),
  toolStep('generated docs', process.execPath, ['scripts/generate-docs.ts', '--check']),
  toolStep('format', 'oxfmt', ['--check', '.']),
  fileLengths,
];
