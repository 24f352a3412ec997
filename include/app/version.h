/* version.h - which rosterd this is; release builds set it from outside. */
#pragma once

#ifndef ROSTERD_VERSION
#define ROSTERD_VERSION "0.1.0"
#endif
