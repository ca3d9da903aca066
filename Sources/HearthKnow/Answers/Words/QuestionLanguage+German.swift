extension QuestionLanguage {
    static let german = QuestionLanguage(
        functionWords: set(
            """
            der die das den dem des ein eine einer einen einem eines kein keine keiner keinen keinem und oder aber denn
            sondern wenn ob dass weil als wie in im ins an am ans auf aus bei beim bis durch für gegen mit nach ohne seit
            über um unter von vom vor zu zum zur zwischen hinter neben während wegen ist sind war waren bin bist sei sein
            gewesen wird werden wurde wurden worden hat habe haben hast hatte hatten gehabt kann können konnte muss müssen
            musste soll sollen sollte darf dürfen will wollen wollte mag möchte würde hätte wäre gibt gab es er sie wir ihr
            ich du man mich dich sich uns euch ihn ihm ihnen mir dir mein meine meiner meinen meinem dein deine unser unsere
            unserer unseren unserem euer eure sein seine seiner seinen seinem ihre ihrer ihren ihrem dieser diese dieses
            diesen diesem jener jene jenes wer wem wen wessen was wann wo wohin woher wie warum weshalb wieso welche
            welcher welches welchen welchem wozu womit worin wofür nicht nur auch noch schon mal so sehr dann da dort hier
            nun jetzt eigentlich denn bitte viel viele vielen mehr alle beide oben unten drüben draußen ja nein doch etwa
            """),
        tellingFunctionWords: set(
            """
            nicht kein keine keiner keinen keinem ja nein doch hier dort oben unten drüben draußen alle beide unter hinter
            neben zwischen vor nach
            """),
        ignorance: set("weiß wissen ahnung sicher erinnere vergessen"),
        courtesies: phrases(
            """
            hallo, liebe, lieber, liebe grüße, lieben gruß, sehr geehrte, sehr geehrter, guten tag, viele grüße, beste grüße,
            mit freundlichen grüßen, gruß, grüße, danke, vielen dank, tschüss
            """),
        commonWords: set(
            """
            zeit tag tage woche monat jahr jahre datum uhr uhrzeit stunde name namen nummer art ding sache leute person ort
            teil ende gut neu neue neuen alt alte groß klein lang lange erste letzte nächste machen macht gemacht gehen geht
            ging kommen kommt kam nehmen nimmt geben gegeben brauchen braucht wissen weiß sagen sagt gesagt sehen finden
            findet gefunden arbeiten heißt heißen liegt liegen steht stehen bleiben bleibt kaufen gekauft kostet kosten
            gekostet bezahlt zahlen anfangen beginnt öffnet schließt haus heute morgen gestern passiert eigentlich
            """),
        pronouns: set("er sie es ihn ihm ihnen dessen deren"),
        openingPronouns: set("er sie es dies diese dieser dieses sein seine ihr ihre"),
        continuations: phrases("und, was ist mit, wie ist es mit, wie steht es mit"),
        capitalizesNouns: true,
        marks: set("kosten heißt kostet wohnt gehört liegt steht findet kommt fährt dauert beginnt macht uhr"),
        ambiguous: set("die den was war hat in an am so also will bin man mag da mal du bis"),
        asking: AskingWords(
            person: set("wer wem wen wessen"), time: set("wann"), place: set("wo wohin woher"),
            reason: set("warum weshalb wieso"), conjunctions: [], manner: set("wie"),
            measures: set(
                "viel viele vielen lange lang alt weit groß hoch oft schnell tief breit schwer teuer warm kalt spät früh"
            ), ages: set("alt"),
            measuring: set("kostet kosten kostete gekostet wiegt wiegen wog beträgt betrug"),
            naming: set("heißt heißen hieß lautet lauten"),
            thing: set("was welche welcher welches welchen welchem"),
            times: set("jahr jahre datum tag monat jahrzehnt jahrhundert uhrzeit uhr zeit wochentag stunde"),
            places: set(
                """
                stadt land staat ort dorf region gegend gebäude fluss straße adresse insel schule stadion zimmer raum halle
                stock etage
                """),
            quantities: set(
                """
                prozent anzahl betrag alter größe höhe länge entfernung kosten preis temperatur gewicht gebühr miete summe
                nummer
                """),
            reasons: set("grund gründe gründen ursache"), copulas: set("ist sind war waren"),
            decisions: set(
                """
                ist sind war waren hat haben hatte habe kann können konnte muss müssen soll sollen darf wird werden wurde gibt
                gab
                """)),
        answering: AnsweringWords(
            months: set("januar februar märz april mai juni juli august september oktober november dezember"),
            times: set(
                """
                jahrhundert jahrzehnt montag montags dienstag dienstags mittwoch mittwochs donnerstag donnerstags freitag
                freitags samstag samstags sonnabend sonntag sonntags heute morgen gestern vormittag nachmittag abend abends
                nacht mittag mitternacht wochenende woche wochen uhr morgens
                """),
            numbers: set(
                """
                null eins zwei drei vier fünf sechs sieben acht neun zehn elf zwölf dreizehn vierzehn fünfzehn sechzehn
                siebzehn achtzehn neunzehn zwanzig dreißig vierzig fünfzig sechzig siebzig achtzig neunzig hundert tausend
                million millionen milliarde milliarden dutzend halb halbe drittel viertel
                """),
            someTime: set(
                """
                bevor nachdem vor nach bis seit während wenn sobald immer nie jeden jede jedes täglich wöchentlich monatlich
                jährlich bald jetzt früh spät später nächste nächsten letzte letzten frühling sommer herbst winter ostern
                weihnachten tag tage tagen monat monate monaten jahr jahre jahren stunde stunden minute minuten geburtstag
                ende anfang zeit krieg
                """),
            someQuantity: set(
                """
                nichts kein keine keinen einige mehrere wenige viele viel alle beide jeden jede täglich wöchentlich frei gratis
                kostenlos doppelt paar immer nie bis stunde stunden tag tage woche wochen monat monate jahr jahre minute minuten
                oft manchmal selten mehr weniger genug nur nacht
                """),
            ages: set("alt alter geboren geburtstag jährig"), ageUnits: set("jahr jahre jahren monat monate monaten"),
            reasons: set("weil da denn wegen deshalb deswegen daher darum damit grund aufgrund infolge dadurch"),
            manners: set("durch mit mittels indem per über"), definitions: set("ist sind war waren heißt bedeutet"),
            beforePlaces: set("in im am an bei nach aus zu zum zur vor"),
            beforeSpots: set("in im ins auf unter hinter neben über vor zwischen am an bei beim gegenüber"),
            beforeNames: set("herr herrn frau dr prof firma familie onkel tante")))
}
