"""`minipanel doctor`: checks everything that may be wrong, and shows for each problem what helps."""
