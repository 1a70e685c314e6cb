/** Messages about a search: why a word is not understood, and that no node matches. */

import { MAX_NAMES } from '@/nodeset'
import { type Measure, MEASURES, TEMPERATURE } from '@/search/measures'
import type { Search } from '@/search/search'
import { MOST_CHARACTERS } from '@/search/words'

import { useGroups } from './useGroups'
import { useLanguage } from './useLanguage'

/** The most groups that are named. */
const MOST_GROUPS = 6
const MOST_LETTERS = 40

export function useSearchText() {
  const { t, units, language } = useLanguage()
  const { groups } = useGroups()
  const listed = (words: readonly string[]) => words.join(t('said.list'))
  /** What a measure is called in a search, and a condition on it. */
  const measureName = ({ names: [name = ''], chinese }: Measure) => (language.value === 'zh' ? chinese : name)
  const conditionOn = (measure: Measure, limit = measure.limit) => measureName(measure) + limit
  const measureNames = () => listed(MEASURES.map(measureName))

  /** The groups that begin with `name`, otherwise all; only as many as fit. */
  function groupsLike(name: string): string {
    const begun = groups.value.filter((group) => group.name.toLowerCase().startsWith(name.toLowerCase()))
    const fitting = begun.length > 0 ? begun : groups.value
    const shown = listed(fitting.slice(0, MOST_GROUPS).map((group) => `@${group.name}`))
    return fitting.length > MOST_GROUPS ? t('search.andMore', { shown, count: units.value.count(fitting.length - MOST_GROUPS) }) : shown
  }

  /** One sentence that names the word and what is allowed. */
  function troubleText(found: Search['troubles'][number]): string {
    const word = shortened(found.word)
    switch (found.trouble) {
      case 'tooLong': return t('search.tooLong', { count: units.value.count(found.word.length), most: units.value.count(MOST_CHARACTERS) })
      case 'nobody': return t('search.nobody', { word })
      case 'set': return t('nodes.badSet', { text: word })
      case 'tooLarge': return t('nodes.tooLarge', { text: word, most: units.value.count(MAX_NAMES) })
      case 'signs': return t('search.signs', { word })
      case 'measure': return t('search.measure', { word, measures: measureNames(), example: conditionOn(TEMPERATURE) })
      case 'number': return t('search.number', { word, example: found.measure ? conditionOn(found.measure) : '' })
      case 'unit': return t('search.unit', { word, unit: shortened(found.name ?? ''), measure: found.measure ? measureName(found.measure) : '', units: listed(found.measure?.shown ?? []) })
      case 'group': {
        const name = shortened(found.name ?? '')
        return groups.value.length === 0 ? t('search.noGroups', { name }) : t('search.groupUnknown', { name, groups: groupsLike(found.name ?? '') })
      }
    }
  }

  return {
    measureNames,
    conditionOn,
    /** About the first word that is not understood; null if all are. */
    firstTrouble: ({ troubles: [first] }: Pick<Search, 'troubles'>) => (first ? troubleText(first) : null),
    /** Why no node is listed. */
    noneText: (text: string, isLive: boolean) => {
      const shown = shortened(text.trim(), 2 * MOST_LETTERS)
      return isLive ? t('search.noneNow', { text: shown }) : t('nodes.noMatch', { text: shown })
    },
  }
}

function shortened(text: string, most = MOST_LETTERS): string {
  return text.length > most ? `${text.slice(0, most - 1)}…` : text
}
