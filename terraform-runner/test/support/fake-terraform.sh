#!/bin/sh
# Stands in for Terraform where a fault has to be staged. What it does at plan is the content of ./behaviour.
case "$1" in
  version) echo 'Terraform v1.11.4' ;;
  show) echo '{}' ;;
  plan)
    echo plan > ../plan/plan.tfplan
    case "$(cat behaviour 2> /dev/null)" in
      ignore-interrupt)
        trap '' INT
        echo waiting
        while :; do sleep 0.05; done ;;
      end-on-interrupt)
        trap 'echo "interrupted in order"; exit 1' INT
        echo waiting
        while :; do sleep 0.05; done ;;
      environment) env ;;
      escapes) printf '\033[31mred\033[0m Apply complete!\033]0;title\007\rforged\n' ;;
      chatter)
        count=0
        while [ "$count" -lt 20000 ]; do
          count=$((count + 1))
          echo "line $count of many that say nothing at all"
        done
        exit 1 ;;
    esac ;;
esac
exit 0
