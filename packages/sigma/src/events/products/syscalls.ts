import { addValue, type EventFields, firstText } from '../event-fields.ts';

/** Numbers of the calls that rules name, on x86-64 (arch c000003e). Raw records have numbers where `ausearch -i` has names. */
const x64 = new Map(
  Object.entries({
    2: 'open',
    41: 'socket',
    42: 'connect',
    49: 'bind',
    50: 'listen',
    59: 'execve',
    62: 'kill',
    82: 'rename',
    84: 'rmdir',
    87: 'unlink',
    90: 'chmod',
    91: 'fchmod',
    92: 'chown',
    101: 'ptrace',
    105: 'setuid',
    132: 'utime',
    155: 'pivot_root',
    161: 'chroot',
    165: 'mount',
    166: 'umount2',
    175: 'init_module',
    176: 'delete_module',
    188: 'setxattr',
    189: 'lsetxattr',
    190: 'fsetxattr',
    227: 'clock_settime',
    235: 'utimes',
    246: 'kexec_load',
    257: 'openat',
    261: 'futimesat',
    263: 'unlinkat',
    264: 'renameat',
    268: 'fchmodat',
    272: 'unshare',
    280: 'utimensat',
    310: 'process_vm_readv',
    313: 'finit_module',
    316: 'renameat2',
    319: 'memfd_create',
    320: 'kexec_file_load',
    321: 'bpf',
    322: 'execveat',
    425: 'io_uring_setup',
  }),
);

/** SYSCALL has the name of the call, whichever the record has. */
export function addSyscallName(fields: EventFields): void {
  const call = firstText(fields, 'syscall');
  if (call === undefined) return;
  const arch = firstText(fields, 'arch')?.toLowerCase();
  const name = arch === 'c000003e' || arch === 'x86_64' ? x64.get(call) : undefined;
  if (name !== undefined) addValue(fields, 'syscall', name);
}
