#!/bin/sh
echo "compiled for $1"
