extension QuestionLanguage {
    static let english = QuestionLanguage(
        functionWords: set(
            """
            a an the of in on at by for to from with as and or but nor if than that this these those it its is are was
            were be been being am do does did done has have had having will would can could shall should may might must
            no not what which who whom whose when where why how many much there their theirs they them he she his her
            hers him i you we us our my your me s t into onto about after before during between through over under up
            down out off so such same also very just only other some any each every most more less all both few own too
            then now here again once anyone anybody someone somebody
            something anything while because until against upon within without per via please tell
            """),
        tellingFunctionWords: set(
            "no not never here there up down out off all both few under over before after during"),
        ignorance: set("don doesn didn couldn know knows knew idea sure clue remember forgot"),
        courtesies: phrases(
            """
            hi, hello, dear, hey, best, best regards, kind regards, regards, best wishes, cheers, thanks, thank you, many thanks,
            love, yours, yours sincerely, see you, bye
            """),
        commonWords: set(
            """
            time times day days week month year years date hour name names number kind type sort way thing things people
            person place part end good new old big small little long short first last next many lot get gets got go goes
            going went gone come comes came make makes made take takes took taken give gives gave given put set keep keeps
            kept use uses used need needs needed want wants wanted know say says said see saw find found work works worked
            call calls called ask asked happen happened happens start starts started begin begins stop open opens close
            closes look looks looked leave leaves left live lives lived buy bought pay paid cost costs much left right
            still ever house home today tomorrow yesterday
            """),
        pronouns: set("he she it they him her them his hers its their theirs"),
        openingPronouns: set("he she it they this these those his her its their such"),
        continuations: phrases("and, what about, how about"),
        marks: [],
        ambiguous: set("was in an am so also will her all"),
        asking: AskingWords(
            person: set("who whom whose"), time: set("when"), place: set("where"), reason: set("why"),
            conjunctions: set("when where"), manner: set("how"),
            measures: set("many much long old far tall large big high often fast deep wide heavy late early soon"),
            ages: set("old"),
            measuring: set("cost costs weigh weighs measure measures charge charges charged"), naming: [],
            thing: set("what which"),
            times: set("year years date day month decade century time weekday hour"),
            places: set(
                """
                city country state place town location region continent county area building river street address island
                province nation university school stadium room village district
                """),
            quantities: set(
                """
                percentage percent number amount population score age size height length distance cost price rate
                temperature weight speed fee rent salary
                """),
            reasons: set("reason reasons caused causes cause"), copulas: set("is are was were"),
            decisions: set("is are was were do does did has have had can could will would should am may")),
        answering: AnsweringWords(
            months: set("january february march april may june july august september october november december"),
            times: set(
                """
                century centuries decade decades monday tuesday wednesday thursday friday saturday sunday today tomorrow
                yesterday mondays tuesdays wednesdays thursdays fridays saturdays sundays mornings evenings weekends morning afternoon evening night noon midnight weekend week weeks ago later
                """),
            numbers: set(
                """
                zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen
                seventeen eighteen nineteen twenty thirty forty fifty sixty seventy eighty ninety hundred thousand million
                billion trillion dozen half second fourth fifth sixth seventh eighth ninth tenth eleventh twelfth thirteenth fourteenth
                fifteenth sixteenth seventeenth eighteenth nineteenth twentieth thirtieth third quarter twice once
                """),
            someTime: set(
                """
                before after until till since during when while once whenever always never every daily weekly monthly yearly
                annually soon now early late later next last spring summer autumn winter easter christmas season day days
                month months year years hour hours minute minutes weekday weekdays birthday moment date lunch dinner breakfast
                end beginning start ago time times period war
                """),
            someQuantity: set(
                """
                nothing none no some several few many much all both every daily weekly free double single couple pair
                overnight always never until till hour hours day days week weeks month months year years minute minutes often
                sometimes rarely more less enough only
                """),
            ages: set("old ago age aged ages turn turns turned turning birthday born"),
            ageUnits: set("year years month months"),
            reasons: set(
                "because since due so caused result therefore thus reason order cause causes resulted owing as"),
            manners: set("by through using via with method means"), definitions: set("is are was were means called"),
            beforePlaces: set("in at from to near into outside across"),
            beforeSpots: set(
                """
                in inside into on onto under underneath beneath behind beside below above near between by at outside
                opposite over
                """),
            beforeNames: set("mr mrs ms miss dr prof sir lady")))
}
