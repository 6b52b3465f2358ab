import type { Replacement } from './topology.ts';

const bin = '/usr/lib/postgresql/15/bin';
/** The volume of the compose file is mounted above it. */
const data = '/var/lib/postgresql/data/15';
/** Debian's www-data. */
const uid = 33;

/** Does what the official image does: makes a database with a password once, then serves the network. */
const startDatabase = `set -e
if [ ! -e ${data} ]; then
  printf '%s' "$POSTGRES_PASSWORD" > /tmp/password
  ${bin}/initdb -D ${data} -U "$POSTGRES_USER" -A scram-sha-256 --pwfile=/tmp/password -E UTF8
  echo 'host all all all scram-sha-256' >> ${data}/pg_hba.conf
  ${bin}/pg_ctl -D ${data} -w -o "-k /tmp -c listen_addresses=''" start
  PGPASSWORD=$POSTGRES_PASSWORD ${bin}/createdb -h /tmp -U "$POSTGRES_USER" "$POSTGRES_DB"
  ${bin}/pg_ctl -D ${data} -w stop
fi
exec ${bin}/postgres -D ${data} -k /tmp -c 'listen_addresses=*'`;

export const postgres: Replacement = {
  tag: 'services',
  uid,
  command: ['/bin/sh', '-c', startDatabase],
  environment: { LANG: 'C.UTF-8' },
};

export const webServer: Replacement = {
  tag: 'services',
  uid,
  command: ['/usr/sbin/nginx', '-g', 'daemon off;'],
};
