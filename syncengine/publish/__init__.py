"""From resolved records to what people see: survivors, lineage, documents and figures, written in sets."""
