/* channel.h - messages of a reader as they come over its socket. */
#pragma once

#include "job.h"

struct channel {
	int socket;
	char *p; /* what was received and is not read yet: from at to n */
	size_t at, n, room;
	struct arena arena;
};

enum channel_state { CHANNEL_FRAME, CHANNEL_LATE, CHANNEL_BROKEN };

struct frame {
	unsigned kind;
	struct slice bytes; /* until the next one is read */
};

void channel_open(struct channel *ch, int socket);
void channel_close(struct channel *ch);
/* deadlines as time_monotonic() */
bool channel_send(struct channel *ch, struct slice bytes, int64_t deadline) MUST;
enum channel_state channel_read(struct channel *ch, struct frame *out, int64_t deadline) MUST;
