"""PostgreSQL and the broker that the portal brings along: a thin layer over plain server binaries."""
