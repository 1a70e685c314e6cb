/** The page starts here. It requests its data at once, so that they arrive while the rest of its script loads. */

import { askAhead } from '@/api/ahead'

askAhead(location.pathname)
void import('@/page')
