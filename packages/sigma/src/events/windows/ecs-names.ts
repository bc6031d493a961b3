import type { Aliases } from '../event-format.ts';

/** Sysmon's names → those of the Elastic Common Schema 8 that hold the same. */
export const ecsProcessNames: Aliases = {
  image: ['process.executable'],
  commandline: ['process.command_line'],
  currentdirectory: ['process.working_directory'],
  originalfilename: ['process.pe.original_file_name'],
  company: ['process.pe.company'],
  description: ['process.pe.description'],
  product: ['process.pe.product'],
  fileversion: ['process.pe.file_version'],
  imphash: ['process.pe.imphash'],
  md5: ['process.hash.md5'],
  sha1: ['process.hash.sha1'],
  sha256: ['process.hash.sha256'],
  processid: ['process.pid'],
  processguid: ['process.entity_id'],
  parentimage: ['process.parent.executable'],
  parentcommandline: ['process.parent.command_line'],
  parentprocessid: ['process.parent.pid'],
  user: ['user.name'],
};

/** What events of other kinds add. */
export const ecsWindowsNames: Aliases = {
  ...ecsProcessNames,
  targetfilename: ['file.path'],
  imageloaded: ['dll.path'],
  targetobject: ['registry.path'],
  details: ['registry.data.strings'],
  queryname: ['dns.question.name'],
  queryresults: ['dns.answers.data'],
  sourceip: ['source.ip'],
  sourceport: ['source.port'],
  destinationip: ['destination.ip'],
  destinationport: ['destination.port'],
  destinationhostname: ['destination.domain'],
  protocol: ['network.transport'],
  scriptblocktext: ['powershell.file.script_block_text'],
  pipename: ['file.name'],
};
