/* seal.c - the installation's key: sealing what the database holds, MACs, keys made from it. */
#include <errno.h>
#include <fcntl.h>
#include <sodium.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/org.h"
#include "base/secret.h"
#include "base/text.h"

enum {
	FILE_MIN = 32,
	FILE_MAX = 64 * 1024,
	NONCE = crypto_aead_xchacha20poly1305_ietf_NPUBBYTES,
	TAG = crypto_aead_xchacha20poly1305_ietf_ABYTES,
	NAME_BYTES = 6,
	NAME_CHARS = 8,
	VARIANT = sodium_base64_VARIANT_URLSAFE_NO_PADDING
};

static const char version[] = "s1:";

/* Set once before any thread, read only afterwards. */
static struct {
	bool loaded;
	unsigned char master[crypto_kdf_KEYBYTES], seal[SECRET_KEY_BYTES];
	char name[NAME_CHARS + 1]; /* tells keys apart, says nothing about them */
} key;

_Static_assert((int)crypto_kdf_CONTEXTBYTES == 8, "purposes have 8 characters");
_Static_assert((int)crypto_aead_xchacha20poly1305_ietf_KEYBYTES == SECRET_KEY_BYTES, "one size");

static void set_key(const unsigned char *p, size_t n)
{
	unsigned char name[crypto_hash_sha256_BYTES];

	crypto_generichash(key.master, sizeof(key.master), p, n,
			   (const unsigned char *)"rosterd installation", 20);
	crypto_kdf_derive_from_key(key.seal, sizeof(key.seal), 1, "rst-seal", key.master);
	crypto_kdf_derive_from_key(name, sizeof(name), 1, "rst-name", key.master);
	sodium_bin2base64(key.name, sizeof(key.name), name, NAME_BYTES, VARIANT);
	key.loaded = true;
}

/* A whole new file or none, whoever else makes it at the same time. */
static bool make_file(struct ctx *c, const char *path, bool *made)
{
	const char *text = arena_printf(c->arena, "%s\n", secret_random(c->arena, 48));
	const char *fresh = arena_printf(c->arena, "%s.%s", path, secret_random(c->arena, 6));
	int fd = open(fresh, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	bool good =
		fd >= 0 && write(fd, text, strlen(text)) == (ssize_t)strlen(text) && fsync(fd) == 0;

	if (fd >= 0)
		close(fd);
	if (good && link(fresh, path) == 0)
		*made = true;
	else if (errno != EEXIST)
		good = error(c, ERR_UNAVAILABLE,
			     "cannot make the key file %s (%s); set secret_key_file", path,
			     strerror(errno));
	unlink(fresh);
	return good;
}

static bool read_file(struct ctx *c, const char *path)
{
	unsigned char *p = arena_alloc(c->arena, FILE_MAX);
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t n = fd < 0 ? -1 : read(fd, p, FILE_MAX);

	if (fd >= 0)
		close(fd);
	if (n < 0)
		return error(c, ERR_UNAVAILABLE, "cannot read the key file %s: %s", path,
			     strerror(errno));
	if (n < FILE_MIN)
		return error(c, ERR_VALUE, "the key file %s must have %d bytes or more", path,
			     FILE_MIN);
	set_key(p, (size_t)n);
	sodium_memzero(p, FILE_MAX);
	return true;
}

bool secret_key_load(struct ctx *c, const char *path, bool make, bool *made)
{
	*made = false;
	if (make && access(path, F_OK) != 0 && !make_file(c, path, made))
		return false;
	return read_file(c, path);
}

static bool have_key(struct ctx *c)
{
	return key.loaded || error(c, ERR_UNAVAILABLE,
				   "this server has no key to seal with; set secret_key_file");
}

bool secret_subkey(struct ctx *c, const char purpose[static 8], uint64_t n,
		   unsigned char out[static SECRET_KEY_BYTES])
{
	if (!have_key(c))
		return false;
	crypto_kdf_derive_from_key(out, SECRET_KEY_BYTES, n, purpose, key.master);
	return true;
}

static char *base64url(struct ctx *c, const unsigned char *p, size_t n)
{
	size_t room = sodium_base64_encoded_len(n, VARIANT);

	return sodium_bin2base64(arena_alloc(c->arena, room), room, p, n, VARIANT);
}

bool secret_mac(struct ctx *c, const char *purpose, const char *text, const char **out)
{
	const char *both = arena_printf(c->arena, "%zu:%s:%s", strlen(purpose), purpose, text);
	unsigned char mac[crypto_auth_BYTES], own[SECRET_KEY_BYTES];

	if (!secret_subkey(c, "rst-macs", 1, own))
		return false;
	crypto_auth(mac, (const unsigned char *)both, strlen(both), own);
	sodium_memzero(own, sizeof(own));
	*out = base64url(c, mac, sizeof(mac));
	return true;
}

/* What a sealed text is bound to. */
static const char *bound_to(struct ctx *c, const char *purpose)
{
	return arena_printf(c->arena, "%s/%s", c->org->id, purpose);
}

bool secret_seal(struct ctx *c, const char *purpose, const char *text, const char **out)
{
	const char *to = bound_to(c, purpose);
	size_t n = strlen(text);
	unsigned char *p = arena_alloc(c->arena, NONCE + n + TAG);

	if (!have_key(c))
		return false;
	randombytes_buf(p, NONCE);
	crypto_aead_xchacha20poly1305_ietf_encrypt(p + NONCE, NULL, (const unsigned char *)text, n,
						   (const unsigned char *)to, strlen(to), NULL, p,
						   key.seal);
	*out = arena_printf(c->arena, "%s%s:%s", version, key.name,
			    base64url(c, p, NONCE + n + TAG));
	return true;
}

static bool decode(struct ctx *c, const char *text, unsigned char **p, size_t *n)
{
	size_t room = strlen(text);

	*p = arena_alloc(c->arena, room + 1);
	return sodium_base642bin(*p, room, text, room, NULL, n, NULL, VARIANT) == 0 &&
	       *n >= NONCE + TAG;
}

bool secret_unseal(struct ctx *c, const char *purpose, const char *sealed, const char **out)
{
	const char *to = bound_to(c, purpose), *rest = sealed + sizeof(version) - 1;
	unsigned char *p, *plain;
	size_t n;

	if (!have_key(c))
		return false;
	if (strncmp(sealed, version, sizeof(version) - 1) != 0 || strlen(rest) <= NAME_CHARS ||
	    rest[NAME_CHARS] != ':')
		return error(c, ERR_INTERNAL, "a sealed text (%s) is not of a form we know",
			     purpose);
	if (strncmp(rest, key.name, NAME_CHARS) != 0)
		return error(c, ERR_UNAVAILABLE,
			     "%s was sealed with the key %.8s, this server has %s: give it the "
			     "secret_key_file it had",
			     purpose, rest, key.name);
	if (!decode(c, rest + NAME_CHARS + 1, &p, &n))
		return error(c, ERR_INTERNAL, "a sealed text (%s) is damaged", purpose);
	plain = arena_alloc(c->arena, n - NONCE - TAG + 1);
	if (crypto_aead_xchacha20poly1305_ietf_decrypt(plain, NULL, NULL, p + NONCE, n - NONCE,
						       (const unsigned char *)to, strlen(to), p,
						       key.seal) != 0)
		return error(c, ERR_INTERNAL, "a sealed text (%s) was altered, or moved", purpose);
	*out = (const char *)plain;
	return true;
}
