"""The routes under ``/ic-light``, for programs.

May import: errors, fields, light, models, picture, request, request_input, restore, studio, subject, support.
"""
