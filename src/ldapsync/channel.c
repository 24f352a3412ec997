/* channel.c - bytes of a reader into frames, with a deadline on each. */
#include "channel.h"

#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/time.h"

enum { HEAD = 5, ROOM = 256 * 1024 };

void channel_open(struct channel *ch, int socket)
{
	*ch = (struct channel){ .socket = socket };
	ch->room = ROOM;
	ch->p = arena_alloc(&ch->arena, ch->room);
}

void channel_close(struct channel *ch)
{
	close(ch->socket);
	arena_free(&ch->arena);
	*ch = (struct channel){ .socket = -1 };
}

/* True when something can be sent or received before the deadline. */
static bool ready(int fd, short what, int64_t deadline)
{
	struct pollfd f = { .fd = fd, .events = what };
	int64_t left;
	int rc;

	do {
		left = deadline - time_monotonic();
		rc = poll(&f, 1, left > 0 ? (int)(left < 1000000 ? left : 1000000) : 0);
	} while (rc < 0 && errno == EINTR);
	return rc == 1;
}

bool channel_send(struct channel *ch, struct slice bytes, int64_t deadline)
{
	uint32_t n = (uint32_t)bytes.n;
	struct slice part[2] = { { (const char *)&n, sizeof(n) }, bytes };

	for (int i = 0; i < 2; i++)
		while (part[i].n) {
			ssize_t put;

			if (!ready(ch->socket, POLLOUT, deadline))
				return false;
			put = send(ch->socket, part[i].p, part[i].n, MSG_NOSIGNAL | MSG_DONTWAIT);
			if (put < 0 && errno != EAGAIN && errno != EINTR)
				return false;
			part[i].p += put > 0 ? put : 0;
			part[i].n -= put > 0 ? (size_t)put : 0;
		}
	return true;
}

/* Room for n bytes from at on. */
static void make_room(struct channel *ch, size_t n)
{
	size_t left = ch->n - ch->at;
	struct arena larger = { 0 };
	char *p;

	if (ch->at + n <= ch->room)
		return;
	if (n <= ch->room) {
		memmove(ch->p, ch->p + ch->at, left);
	} else {
		ch->room = n + n / 2;
		p = arena_alloc(&larger, ch->room);
		memcpy(p, ch->p + ch->at, left);
		arena_free(&ch->arena);
		ch->arena = larger;
		ch->p = p;
	}
	ch->at = 0;
	ch->n = left;
}

/* At least n bytes from at on. */
static enum channel_state fill(struct channel *ch, size_t n, int64_t deadline)
{
	make_room(ch, n);
	while (ch->n - ch->at < n) {
		ssize_t got = recv(ch->socket, ch->p + ch->n, ch->room - ch->n, MSG_DONTWAIT);

		if (got > 0) {
			ch->n += (size_t)got;
		} else if (got == 0 || (errno != EAGAIN && errno != EINTR)) {
			return CHANNEL_BROKEN;
		} else if (!ready(ch->socket, POLLIN, deadline)) {
			return CHANNEL_LATE;
		}
	}
	return CHANNEL_FRAME;
}

enum channel_state channel_read(struct channel *ch, struct frame *out, int64_t deadline)
{
	enum channel_state got;
	uint32_t n;

	/* a reader that never stops answering is late as well */
	if (time_monotonic() >= deadline)
		return CHANNEL_LATE;
	if (ch->at == ch->n)
		ch->at = ch->n = 0;
	got = fill(ch, HEAD, deadline);
	if (got != CHANNEL_FRAME)
		return got;
	memcpy(&n, ch->p + ch->at, sizeof(n));
	out->kind = (unsigned char)ch->p[ch->at + 4];
	if (n > FRAME_BYTES_MAX)
		return CHANNEL_BROKEN;
	got = fill(ch, HEAD + n, deadline);
	if (got != CHANNEL_FRAME)
		return got;
	out->bytes = (struct slice){ ch->p + ch->at + HEAD, n };
	ch->at += HEAD + n;
	return CHANNEL_FRAME;
}
