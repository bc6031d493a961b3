/**
 * The beginning of a shell script that installs Debian packages: what the installation itself would start (a server on its
 * default port) is kept from starting, now and at a boot, until the script has ended, by a signal too: dash runs no `EXIT`
 * trap for one. A policy left over by a script of ours that was killed is taken for ours; another's is let be. `root` is
 * where the file system begins.
 */
export const keepQuiet = (root = ''): string => `
policy=${root}/usr/sbin/policy-rc.d
clusters=${root}/etc/postgresql-common/createcluster.d
mark='# for as long as soc-agent installs packages, by process'
trap 'rm -f $clusters/soc-agent.conf $made' EXIT
trap 'exit 130' HUP INT TERM
maker=$(sed -n "s/^$mark //p" $policy 2>/dev/null || true)
if [ ! -e $policy ] || { [ -n "$maker" ] && ! kill -0 "$maker" 2>/dev/null; }; then
  made=$policy
  printf '#!/bin/sh\\n%s %s\\nexit 101\\n' "$mark" $$ >$policy && chmod 755 $policy
fi
mkdir -p $clusters && echo 'create_main_cluster = false' >$clusters/soc-agent.conf
`;
