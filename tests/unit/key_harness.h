/* key_harness.h - a key of the installation, for tests of what needs one. */
#pragma once

#include <stdlib.h>
#include <unistd.h>

#include "base/secret.h"

static inline int load_test_key(void)
{
	char path[] = "/tmp/rosterd-key-XXXXXX";
	struct arena a = { 0 };
	struct ctx c = { .arena = &a };
	int fd = mkstemp(path);
	bool good, made;

	if (fd < 0)
		return 1;
	good = write(fd, "0123456789abcdef0123456789abcdef", 32) == 32;
	close(fd);
	good = good && secret_key_load(&c, path, false, &made);
	unlink(path);
	arena_free(&a);
	return !good;
}
