"""Folders of export files."""

from syncengine.connectors.files.connector import FilesConnector

__all__ = ["FilesConnector"]
