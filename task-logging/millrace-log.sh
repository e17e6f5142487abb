# Log lines with fields for sh: each is a line of JSON on standard error, which Millrace keeps with the pipeline's tags.
#
#     . "$MILLRACE_LOGGING/millrace-log.sh"
#     log info "read the file" rows=12
#     log error "no rows in $file" file="$file"
#
# Needs awk. `millrace log` does the same where the command is installed.

log() {
  if [ $# -lt 2 ]; then
    echo 'log: give a level and a text, as in: log warn "slow answer" seconds=3' >&2
    return 2
  fi
  awk 'BEGIN {
    line = "{\"level\":" text(ARGV[1]) ",\"message\":" text(ARGV[2])
    for (i = 3; i < ARGC; i++) {
      at = index(ARGV[i], "=")
      if (at < 2) continue
      value = substr(ARGV[i], at + 1)
      if (value !~ /^-?(0|[1-9][0-9]*)(\.[0-9]+)?$/ || length(value) > 15) value = text(value)
      line = line "," text(substr(ARGV[i], 1, at - 1)) ":" value
    }
    print line "}"
  }
  function text(s,   out, n, c) {
    out = ""
    for (n = 1; n <= length(s); n++) {
      c = substr(s, n, 1)
      if (c == "\\" || c == "\"") out = out "\\" c
      else if (c == "\n") out = out "\\n"
      else if (c == "\t") out = out "\\t"
      else if (c == "\r") out = out "\\r"
      else if (c >= " " || c > "~") out = out c
    }
    return "\"" out "\""
  }' "$@" >&2
}
