/** The page begins here: what it needs of the panel is asked for at once, and comes while the rest of its script does. */

import { askAhead } from '@/api/ahead'

askAhead(location.pathname)
void import('@/page')
