"""What each question asks of an answer: modules named ``xNN_topic``, found by their number."""
