"""A CRM as a folder of CSV files: the one place that knows files, columns and lines.

bytes ──▶ reading: records of RFC 4180 ──▶ parse: by column, through values ──▶ crm.domain.records
                                                     │
                                       source: a file, its lines and what is wrong with them
"""
