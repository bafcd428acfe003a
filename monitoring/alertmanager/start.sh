#!/bin/sh
# Writes Alertmanager's configuration from routes.yml and the environment, then starts it: Alertmanager itself expands
# no variables. What is not set is left out, so that it starts without any.
#   FTE_ALERT_WEBHOOK_URL    critical and warning are posted there
#   FTE_ALERT_SLACK_URL      an incoming webhook of Slack; FTE_ALERT_SLACK_CHANNEL (default #customer-success)
#   FTE_ALERT_EMAIL_TO       with FTE_ALERT_EMAIL_FROM, FTE_ALERT_SMTP_HOST (host:port), FTE_ALERT_SMTP_USER and
#                            FTE_ALERT_SMTP_PASSWORD
#   FTE_ALERT_WATCHDOG_URL   the dead man's switch: posted to every five minutes as long as alerting works
set -eu
here=$(dirname "$0")
config=${ALERTMANAGER_CONFIG:-/tmp/alertmanager.yml}
umask 077

# In single quotes YAML gives nothing a meaning but the quote itself.
quoted() { printf "'%s'" "$(printf '%s' "$1" | sed "s/'/''/g")"; }

channels() {
  if [ -n "${FTE_ALERT_WEBHOOK_URL:-}" ]; then
    printf '    webhook_configs:\n      - url: %s\n        send_resolved: true\n' "$(quoted "$FTE_ALERT_WEBHOOK_URL")"
  fi
  if [ -n "${FTE_ALERT_SLACK_URL:-}" ]; then
    printf '    slack_configs:\n      - api_url: %s\n        channel: %s\n        send_resolved: true\n' \
      "$(quoted "$FTE_ALERT_SLACK_URL")" "$(quoted "${FTE_ALERT_SLACK_CHANNEL:-#customer-success}")"
    cat <<'END'
        title: '{{ .CommonLabels.alertname }} ({{ .Status }})'
        text: "{{ range .Alerts }}{{ .Annotations.summary }}: {{ .Annotations.description }}\nRunbook: {{ .Annotations.runbook_url }}\nDashboard: {{ .Annotations.dashboard }}\n{{ end }}"
END
  fi
  if [ -n "${FTE_ALERT_EMAIL_TO:-}" ]; then
    printf '    email_configs:\n      - to: %s\n        from: %s\n        smarthost: %s\n        send_resolved: true\n' \
      "$(quoted "$FTE_ALERT_EMAIL_TO")" "$(quoted "${FTE_ALERT_EMAIL_FROM:-alerts@localhost}")" \
      "$(quoted "${FTE_ALERT_SMTP_HOST:-localhost:25}")"
    if [ -n "${FTE_ALERT_SMTP_USER:-}" ]; then
      printf '        auth_username: %s\n        auth_password: %s\n' \
        "$(quoted "$FTE_ALERT_SMTP_USER")" "$(quoted "${FTE_ALERT_SMTP_PASSWORD:-}")"
    fi
  fi
}

{
  cat "$here/routes.yml"
  echo 'receivers:'
  echo '  - name: pager'
  channels
  echo '  - name: team'
  channels
  echo '  - name: board'
  echo '  - name: watchdog'
  if [ -n "${FTE_ALERT_WATCHDOG_URL:-}" ]; then
    printf '    webhook_configs:\n      - url: %s\n        send_resolved: false\n' "$(quoted "$FTE_ALERT_WATCHDOG_URL")"
  fi
} >"$config"

if [ -z "${FTE_ALERT_WEBHOOK_URL:-}${FTE_ALERT_SLACK_URL:-}${FTE_ALERT_EMAIL_TO:-}" ]; then
  echo 'WARNING: nobody is told of any alert: set FTE_ALERT_WEBHOOK_URL, FTE_ALERT_SLACK_URL or FTE_ALERT_EMAIL_TO' >&2
fi

exec "${ALERTMANAGER:-/bin/alertmanager}" "--config.file=$config" "$@"
