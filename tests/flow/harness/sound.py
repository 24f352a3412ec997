"""What must hold of the database at every committed moment, whoever wrote."""

# Each query counts breaches; {org} is the organization's id.
LAWS = {
    "living user without a standing":
        "SELECT count(*) FROM users u WHERE u.org_id = {org} AND u.deleted = 0 AND NOT EXISTS"
        " (SELECT 1 FROM standings s WHERE s.org_id = u.org_id AND s.user_id = u.id)",
    "seat held by nobody who lives":
        "SELECT count(*) FROM seats t WHERE t.org_id = {org} AND t.user_id IS NOT NULL AND NOT EXISTS"
        " (SELECT 1 FROM users u WHERE u.org_id = t.org_id AND u.id = t.user_id AND u.deleted = 0)",
    "seat held by somebody whose standing has none":
        "SELECT count(*) FROM seats t WHERE t.org_id = {org} AND t.user_id IS NOT NULL AND NOT EXISTS"
        " (SELECT 1 FROM standings s WHERE s.org_id = t.org_id AND s.user_id = t.user_id AND s.seat)",
    "standing with a seat and without a slot, under a limit":
        "SELECT count(*) FROM standings s JOIN orgs o ON o.id = s.org_id"
        " WHERE s.org_id = {org} AND s.seat AND o.seat_limit >= 0 AND NOT EXISTS"
        " (SELECT 1 FROM seats t WHERE t.org_id = s.org_id AND t.user_id = s.user_id)",
    "working role without a seat":
        "SELECT count(*) FROM standings s WHERE s.org_id = {org} AND NOT s.seat AND s.role NOT IN ('DI', 'NO')",
    "seat without a working role":
        "SELECT count(*) FROM standings s WHERE s.org_id = {org} AND s.seat AND s.role IN ('DI', 'NO')",
    "seat and a place in the queue":
        "SELECT count(*) FROM standings s WHERE s.org_id = {org} AND s.seat AND s.waiting_since > 0",
    "deactivated user with a seat":
        "SELECT count(*) FROM standings s JOIN users u ON u.org_id = s.org_id AND u.id = s.user_id"
        " WHERE s.org_id = {org} AND s.seat AND NOT u.active",
    "member who does not live":
        "SELECT count(*) FROM members m JOIN users u ON u.org_id = m.org_id AND u.id = m.user_id"
        " WHERE m.org_id = {org} AND u.deleted > 0",
    "living user whose creation left no audit record":
        "SELECT count(*) FROM users u WHERE u.org_id = {org} AND u.deleted = 0 AND NOT EXISTS"
        " (SELECT 1 FROM audit a WHERE a.org_id = u.org_id AND a.target_id = u.id)",
    "living user whose creation left no event":
        "SELECT count(*) FROM users u WHERE u.org_id = {org} AND u.deleted = 0 AND NOT EXISTS"
        " (SELECT 1 FROM outbox e WHERE e.org_id = u.org_id AND e.user_id = u.id AND e.type = 'user.created')",
    "free seat while somebody waits":
        "SELECT count(*) FROM seats t WHERE t.org_id = {org} AND t.user_id IS NULL"
        " AND EXISTS (SELECT 1 FROM standings s WHERE s.org_id = t.org_id AND s.waiting_since > 0)",
}

# (limit, people with a seat, filled slots, free slots, people waiting), one snapshot
SEATS = """SELECT o.seat_limit,
 (SELECT count(*) FROM standings s WHERE s.org_id = o.id AND s.seat),
 (SELECT count(*) FROM seats t WHERE t.org_id = o.id AND t.user_id IS NOT NULL),
 (SELECT count(*) FROM seats t WHERE t.org_id = o.id AND t.user_id IS NULL),
 (SELECT count(*) FROM standings s WHERE s.org_id = o.id AND s.waiting_since > 0)
 FROM orgs o WHERE o.id = {org}"""


def breaches(org):
    return {law: n for law, text in LAWS.items() for n in [org.sql(text)[0][0]] if n}


def check_sound(org):
    assert breaches(org) == {}
    check_seats(org)


def check_seats(org):
    """(people with a seat, people waiting); never over the limit, no seat idle beside a queue."""
    limit, holders, filled, free, waiting = org.sql(SEATS)[0]
    if limit >= 0:
        assert holders <= limit, f"{holders} seats held, limit {limit}"
        assert holders == filled, f"{holders} people with a seat, {filled} slots filled"
        assert not (free and waiting), f"{free} seats free while {waiting} people wait"
    return holders, waiting


def queue(org):
    """userNames of those who wait for a seat, first come first."""
    return [r[0] for r in org.sql("SELECT u.user_name FROM standings s JOIN users u ON u.org_id = s.org_id"
                                  " AND u.id = s.user_id WHERE s.org_id = {org} AND s.waiting_since > 0"
                                  " ORDER BY s.waiting_since, u.id")]


def holders(org):
    return {r[0] for r in org.sql("SELECT u.user_name FROM standings s JOIN users u ON u.org_id = s.org_id"
                                  " AND u.id = s.user_id WHERE s.org_id = {org} AND s.seat")}
