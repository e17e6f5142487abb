#!/bin/sh
# A database, two servers on it and three workers; the active server is killed in the middle of one execution, and the worker that
# performs a task in the middle of another.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
millrace="node $here/../../bin/millrace.js"
programs=$(ls -d /usr/lib/postgresql/*/bin 2>/dev/null | tail -n 1)
[ -n "$programs" ] || programs=$(dirname "$(command -v initdb)")
home=$(mktemp -d)
port=${PORT:-17350}

# PostgreSQL does not run as root.
as_owner() { if [ "$(id -u)" = 0 ]; then runuser -u postgres -- "$@"; else "$@"; fi; }
[ "$(id -u)" = 0 ] && chown postgres "$home"
chmod 755 "$home"
cleanup() {
  for pid in ${first:-} ${second:-} ${workers:-}; do kill -9 "$pid" 2>/dev/null || true; done
  as_owner "$programs/pg_ctl" -D "$home/database" -m immediate stop >/dev/null 2>&1 || true
  rm -rf "$home"
}
trap cleanup EXIT

as_owner "$programs/initdb" -D "$home/database" -U millrace -A trust -E UTF8 --locale=C >/dev/null
as_owner "$programs/pg_ctl" -D "$home/database" -w -l "$home/database.log" \
  -o "-c listen_addresses=127.0.0.1 -c port=$((port + 2)) -c unix_socket_directories=" start >/dev/null
export MILLRACE_STORE="postgres://millrace@127.0.0.1:$((port + 2))/postgres"

is_ready() { curl -s "http://127.0.0.1:$1/api/v1/health" | grep -q '"ready"'; }
wait_for() { n=0; until is_ready "$1"; do n=$((n + 1)); [ $n -lt 300 ] || { cat "$home"/*.log; exit 1; }; sleep 0.2; done; }

mkdir "$home/work"
cd "$home/work"
$millrace up "$here/pipelines" --data first --port "$port" --seal-key key --work-folder shared >"$home/first.log" 2>&1 &
first=$!
wait_for "$port"
$millrace up "$here/pipelines" --data second --port "$((port + 1))" --seal-key key --work-folder shared --standby >"$home/second.log" 2>&1 &
second=$!
wait_for "$((port + 1))"
echo "two servers on one database: $port is active, $((port + 1)) stands by"

token=$($millrace token create --all-teams --role admin --label cluster --data first --json | sed -n 's/.*"token": *"\([^"]*\)".*/\1/p')
export MILLRACE_TOKEN="$token"
workers=
for n in 1 2 3; do
  own=$($millrace token create --all-teams --role worker --label "worker-$n" --server "http://127.0.0.1:$port" --json | sed -n 's/.*"token": *"\([^"]*\)".*/\1/p')
  # They know the address of the server that stands by: whichever is active answers.
  MILLRACE_TOKEN="$own" $millrace worker --server "http://127.0.0.1:$((port + 1))" --tags "rack-$n" --kinds shell --data "worker-$n" \
    >"$home/worker-$n.log" 2>&1 &
  workers="$workers $!"
  eval "worker_$n=$!"
done
connected() { $millrace workers --json --server "http://127.0.0.1:$((port + 1))" | grep -c '"rack-' || true; }
n=0; until [ "$(connected)" = 3 ]; do n=$((n + 1)); [ $n -lt 100 ] || { cat "$home"/*.log; exit 1; }; sleep 0.3; done
$millrace workers --server "http://127.0.0.1:$((port + 1))"
id=$($millrace run hourly --json --server "http://127.0.0.1:$((port + 1))" | sed -n 's/.*"id": *"\([^"]*\)".*/\1/p')
echo "started $id by the one that stands by"
training=$($millrace run training --json --server "http://127.0.0.1:$((port + 1))" | sed -n 's/.*"id": *"\([^"]*\)".*/\1/p')
echo "started $training, whose tasks are for workers"
# The folder that its task runs in lies below its worker's, and the task logs it.
holder=
n=0
until [ -n "$holder" ]; do
  holder=$($millrace logs "$training" --server "http://127.0.0.1:$((port + 1))" | sed -n 's/.*training in .*worker-\([123]\).*/\1/p' | head -n 1)
  n=$((n + 1)); [ $n -lt 100 ] || { cat "$home"/*.log; exit 1; }
  sleep 0.2
done
kill -9 "$first"
echo "killed the active server"
eval "kill -9 \$worker_$holder"
echo "killed worker-$holder, which performs a task of $training"
wait_for "$((port + 1))"
echo "the other one is active"
curl -s -H "Authorization: Bearer $token" "http://127.0.0.1:$((port + 1))/api/v1/executions/$id?wait=60" >/dev/null
$millrace show "$id" --server "http://127.0.0.1:$((port + 1))"
echo "a worker that is gone is noticed when its lease of 30 seconds has run out"
curl -s -H "Authorization: Bearer $token" "http://127.0.0.1:$((port + 1))/api/v1/executions/$training?wait=60" >/dev/null
$millrace show "$training" --server "http://127.0.0.1:$((port + 1))"
