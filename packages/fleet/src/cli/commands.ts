import { auditCommand } from './audit.ts';
import { backupCommand } from './backup.ts';
import { certificatesCommand } from './certificates.ts';
import type { Command } from './command.ts';
import { custodyCommand } from './custody.ts';
import { databaseCommand } from './database.ts';
import { demoCommand } from './demo.ts';
import { doctorCommand } from './doctor.ts';
import { initCommand } from './init.ts';
import { keysCommand } from './keys.ts';
import { migrateCommand } from './migrate.ts';
import { restoreCommand } from './restore.ts';
import { sigmaCommand } from './sigma.ts';
import { upCommand } from './up.ts';

/** Every command of `soc` beside `help`, in the order of the help. */
export const commands: readonly Command[] = [
  upCommand,
  demoCommand,
  doctorCommand,
  keysCommand,
  certificatesCommand,
  auditCommand,
  custodyCommand,
  migrateCommand,
  databaseCommand,
  backupCommand,
  restoreCommand,
  initCommand,
  sigmaCommand,
];
