"""Pictures that Plantain draws itself: mood boards and contact sheets."""
