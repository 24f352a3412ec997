"""Direct SQL for checks: libpq through ctypes, and sqlite3, with the same answers."""
import contextlib
import ctypes
import sqlite3

_pq = ctypes.CDLL("libpq.so.5")
for _name, _result, _arguments in (
    ("PQconnectdb", ctypes.c_void_p, [ctypes.c_char_p]),
    ("PQstatus", ctypes.c_int, [ctypes.c_void_p]),
    ("PQerrorMessage", ctypes.c_char_p, [ctypes.c_void_p]),
    ("PQexec", ctypes.c_void_p, [ctypes.c_void_p, ctypes.c_char_p]),
    ("PQresultStatus", ctypes.c_int, [ctypes.c_void_p]),
    ("PQntuples", ctypes.c_int, [ctypes.c_void_p]),
    ("PQnfields", ctypes.c_int, [ctypes.c_void_p]),
    ("PQgetvalue", ctypes.c_char_p, [ctypes.c_void_p, ctypes.c_int, ctypes.c_int]),
    ("PQgetisnull", ctypes.c_int, [ctypes.c_void_p, ctypes.c_int, ctypes.c_int]),
    ("PQclear", None, [ctypes.c_void_p]),
    ("PQfinish", None, [ctypes.c_void_p]),
):
    _f = getattr(_pq, _name)
    _f.restype, _f.argtypes = _result, _arguments

TUPLES, COMMAND = 2, 1


class SqlError(Exception):
    pass


def number(text):
    """Booleans as 0 and 1 and numbers as numbers, the same from both engines."""
    if text in ("t", "f"):
        return int(text == "t")
    return int(text) if text.lstrip("-").isdigit() else text


def pg_query(conninfo, sql):
    conn = _pq.PQconnectdb(conninfo.encode())
    try:
        if _pq.PQstatus(conn) != 0:
            raise SqlError(_pq.PQerrorMessage(conn).decode())
        result = _pq.PQexec(conn, sql.encode())
        try:
            if _pq.PQresultStatus(result) not in (TUPLES, COMMAND):
                raise SqlError(_pq.PQerrorMessage(conn).decode())
            return [tuple(None if _pq.PQgetisnull(result, r, c) else number(_pq.PQgetvalue(result, r, c).decode())
                          for c in range(_pq.PQnfields(result)))
                    for r in range(_pq.PQntuples(result))]
        finally:
            _pq.PQclear(result)
    finally:
        _pq.PQfinish(conn)


def sqlite_query(path, sql):
    with contextlib.closing(sqlite3.connect(path, timeout=30, isolation_level=None)) as conn:
        return [tuple(v if v is None else number(str(v)) for v in row) for row in conn.execute(sql)]
