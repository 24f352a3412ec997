/* password_rules.c - what a password must not be. */
#include "roster/local_account.h"

#include <string.h>

#include "base/text.h"

/* What is tried first, of eight characters and more, folded. */
static const char *const common[] = {
	"password",    "password1",  "password12", "password123",   "password1234", "password1!",
	"passw0rd",    "p@ssw0rd",   "p@ssword",   "pa$$word",      "pa$$w0rd",     "12345678",
	"123456789",   "1234567890", "123456789a", "87654321",      "987654321",    "0987654321",
	"11111111",    "111111111",  "1111111111", "00000000",      "88888888",     "99999999",
	"12341234",    "11223344",   "1q2w3e4r",   "1q2w3e4r5t",    "1qaz2wsx",     "1qazxsw2",
	"qwertyui",    "qwertyuiop", "qwerty12",   "qwerty123",     "qwerty1234",   "qwer1234",
	"q1w2e3r4",    "zaq12wsx",   "asdfghjk",   "asdfghjkl",     "asdf1234",     "zxcvbnm1",
	"abcdefgh",    "abcd1234",   "abc12345",   "abc123456",     "a1b2c3d4",     "aa123456",
	"a123456789",  "iloveyou",   "iloveyou1",  "sunshine",      "princess",     "football",
	"football1",   "baseball",   "basketball", "superman",      "batman123",    "starwars",
	"trustno1",    "whatever",   "welcome1",   "welcome123",    "welcome!",     "letmein1",
	"letmein123",  "changeme",   "changeme1",  "changeme123",   "changeit",     "secret123",
	"default1",    "admin123",   "admin1234",  "administrator", "rootroot",     "test1234",
	"testtest",    "testing123", "temp1234",   "temporary",     "computer",     "internet",
	"samsung1",    "corvette",   "mercedes",   "michelle",      "jennifer",     "jonathan",
	"dragon123",   "monkey123",  "shadow123",  "master123",     "charlie1",     "liverpool",
	"chelsea1",    "arsenal1",   "pokemon1",   "naruto123",     "minecraft",    "facebook",
	"linkedin",    "google123",  "microsoft",  "windows10",     "summer2023",   "summer2024",
	"summer2025",  "winter2023", "winter2024", "winter2025",    "spring2024",   "autumn2024",
	"labelstudio", "annotator",  "annotation", "rosterd123",
};

static bool one_character(const char *s)
{
	return strspn(s, (const char[]){ s[0], '\0' }) == strlen(s);
}

/* In characters, as people count. */
static int64_t length(const char *s)
{
	int64_t n = 0;

	for (; *s; s++)
		n += ((unsigned char)*s & 0xc0) != 0x80;
	return n;
}

bool password_acceptable(struct ctx *c, const char *password)
{
	const char *folded;

	if (length(password) < PASSWORD_MIN || strlen(password) > PASSWORD_BYTES_MAX)
		return error(c, ERR_VALUE,
			     "a password has at least %d characters, and no more than %d",
			     PASSWORD_MIN, PASSWORD_BYTES_MAX);
	folded = text_fold(c->arena, password);
	for (size_t i = 0; i < sizeof(common) / sizeof(common[0]); i++)
		if (strcmp(common[i], folded) == 0)
			return error(c, ERR_VALUE,
				     "this password is one of those that are tried first; take "
				     "another");
	return !one_character(folded) ||
	       error(c, ERR_VALUE, "a password needs more than one character, repeated");
}
