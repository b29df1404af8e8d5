#pragma once
#include <libpq-fe.h>
// Swift's Glibc module leaves this Linux header out; a wait on a connection's socket needs it to be interrupted.
#include <sys/eventfd.h>
