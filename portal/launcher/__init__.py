"""What `manage.py run` is made of: guards, children and their supervision."""
