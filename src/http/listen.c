/* listen.c - opens the door, and reads certificate and key for it. */
#include "listen.h"

#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum { BACKLOG = 1024, PEM_MAX = 256 * 1024 };

static bool wrong(struct err *err, const char *what, const char *name, int number)
{
	char why[128];

	return err_set(err, __FILE__, __LINE__, ERR_UNAVAILABLE, "%s %s: %s", what, name,
		       strerror_r(number, why, sizeof(why)));
}

static int port_of(int fd)
{
	struct sockaddr_storage at = { 0 };
	struct sockaddr_in v4;
	struct sockaddr_in6 v6;
	socklen_t n = sizeof(at);

	if (getsockname(fd, (struct sockaddr *)&at, &n) != 0)
		return 0;
	memcpy(&v4, &at, sizeof(v4));
	memcpy(&v6, &at, sizeof(v6));
	return ntohs(at.ss_family == AF_INET6 ? v6.sin6_port : v4.sin_port);
}

static int open_at(const struct addrinfo *at)
{
	int fd = socket(at->ai_family, at->ai_socktype | SOCK_CLOEXEC | SOCK_NONBLOCK, 0), why;

	if (fd < 0)
		return -1;
	if (setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &(int){ 1 }, sizeof(int)) == 0 &&
	    bind(fd, at->ai_addr, at->ai_addrlen) == 0 && listen(fd, BACKLOG) == 0)
		return fd;
	why = errno;
	close(fd);
	errno = why;
	return -1;
}

int listen_open(const char *address, int port, int *got, struct err *err)
{
	const struct addrinfo hints = { .ai_flags = AI_NUMERICHOST | AI_NUMERICSERV | AI_PASSIVE,
					.ai_socktype = SOCK_STREAM };
	struct addrinfo *at;
	char service[16], where[128];
	int fd;

	snprintf(service, sizeof(service), "%d", port);
	snprintf(where, sizeof(where), "%s port %s", address ? address : "*", service);
	if (port < 0 || port > 65535 || getaddrinfo(address, service, &hints, &at) != 0) {
		wrong(err, "cannot listen on", where, EADDRNOTAVAIL);
		return -1;
	}
	fd = open_at(at);
	if (fd < 0)
		wrong(err, "cannot listen on", where, errno);
	else
		*got = port_of(fd);
	freeaddrinfo(at);
	return fd;
}

char *listen_pem(struct arena *a, const char *path, struct err *err)
{
	FILE *f = path ? fopen(path, "re") : NULL;
	char *text;
	size_t n;
	int why;

	if (!f) {
		wrong(err, "cannot read", path ? path : "the key of TLS (no file is named)",
		      path ? errno : ENOENT);
		return NULL;
	}
	/* unbuffered, so that no second copy of a key stays behind */
	setvbuf(f, NULL, _IONBF, 0);
	text = arena_alloc(a, PEM_MAX + 1);
	n = fread(text, 1, PEM_MAX, f);
	why = ferror(f) ? errno : n == PEM_MAX ? EFBIG : n == 0 ? ENODATA : 0;
	fclose(f);
	if (why) {
		wrong(err, "cannot read", path, why);
		return NULL;
	}
	return text;
}
