import { createServer } from 'node:http';
import process from 'node:process';

/**
 * The least a supervised service is: healthy on PORT, ends on SIGTERM and when its parent is gone. `BEHAVIOUR=stubborn`
 * makes it ignore SIGTERM, `BEHAVIOUR=broken` end at once.
 */
if (process.env['BEHAVIOUR'] === 'broken') {
  process.stderr.write('the reason is in the log\n');
  process.exit(3);
}
const server = createServer((_, response) => response.end('ok'));
server.listen(Number(process.env['PORT']), '127.0.0.1');
process.on('SIGTERM', () => {
  if (process.env['BEHAVIOUR'] !== 'stubborn') process.exit(0);
});
process.on('disconnect', () => process.exit(0));
process.stdout.write(`started ${process.pid}\n`);
