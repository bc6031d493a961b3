// Service → event id → categories. Sigma taxonomy 2.1, "Windows Folder"; Sysmon's event ids as its manual lists them.
const categoriesByService: Readonly<Record<string, Readonly<Record<string, readonly string[]>>>> = {
  sysmon: {
    1: ['process_creation'],
    2: ['file_change'],
    3: ['network_connection'],
    4: ['sysmon_status'],
    5: ['process_termination'],
    6: ['driver_load'],
    7: ['image_load'],
    8: ['create_remote_thread'],
    9: ['raw_access_thread', 'raw_access_read'],
    10: ['process_access'],
    11: ['file_event'],
    12: ['registry_event', 'registry_add', 'registry_delete'],
    13: ['registry_event', 'registry_set'],
    14: ['registry_event', 'registry_rename'],
    15: ['create_stream_hash'],
    16: ['sysmon_status'],
    17: ['pipe_created'],
    18: ['pipe_created'],
    19: ['wmi_event'],
    20: ['wmi_event'],
    21: ['wmi_event'],
    22: ['dns_query'],
    23: ['file_delete'],
    24: ['clipboard_capture'],
    25: ['process_tampering'],
    26: ['file_delete', 'file_delete_detected'],
    27: ['file_block', 'file_block_executable'],
    28: ['file_block', 'file_block_shredding'],
    29: ['file_executable_detected'],
    255: ['sysmon_error'],
  },
  security: {
    4657: ['registry_event'],
    4688: ['process_creation'],
  },
  powershell: {
    4103: ['ps_module'],
    4104: ['ps_script'],
  },
  'powershell-classic': {
    400: ['ps_classic_start'],
    600: ['ps_classic_provider_start'],
    800: ['ps_classic_script'],
  },
  windefend: Object.fromEntries(
    // The detections that name a threat and a path (Microsoft, "Review event logs … of Microsoft Defender Antivirus").
    [1006, 1007, 1008, 1009, 1010, 1011, 1012, 1017, 1018, 1019, 1115, 1116, 1117, 1118, 1119].map((id) => [
      id,
      ['antivirus'],
    ]),
  ),
};

/** Service, a blank, event id → categories. */
export const eventCategories: ReadonlyMap<string, readonly string[]> = new Map(
  Object.entries(categoriesByService).flatMap(([service, byId]) =>
    Object.entries(byId).map(([id, categories]) => [`${service} ${id}`, categories] as const),
  ),
);

/** Event id of the ETW provider Microsoft-Windows-Kernel-File → categories. */
export const kernelFileCategories: ReadonlyMap<string, readonly string[]> = new Map([
  ['12', ['file_access']],
  ['19', ['file_rename']],
  ['27', ['file_rename']],
]);
