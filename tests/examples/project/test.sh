#!/bin/sh
[ "$1" = debug ] || { echo "broken in $1"; exit 1; }
echo "3 tests passed in $1"
