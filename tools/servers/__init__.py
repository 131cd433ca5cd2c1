"""MariaDB, Redis and Elasticsearch as plain processes of the present user, for tests on real servers.

    Server (life.py)   prepare -> command -> record -> answer ... stop | kill | wipe
      ├── MariaDb        mariadb.py         data folder, database and user of its own
      ├── Redis          redis.py           append-only file
      └── Elasticsearch  elasticsearch.py   the node in tools/elasticsearch-testnode

Everything lives under one folder (`var/services/`), so that nothing here touches a server of the system's.
"""
